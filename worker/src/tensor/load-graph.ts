import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writevSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { encodeSavedModel } from './encode-graph.js';
import type { GraphNode } from './graph.js';
import { nativeBackend } from './native.js';
import { lengthOf, type Piece } from './protobuf.js';

/** Protobuf cannot hold more; a little is left for what TensorFlow adds when it copies the graph. */
const largestFile = 2 ** 31 - 2 ** 20;
/** At most this many pieces in one call: the operating system's own limit for a vectored write. */
const piecesAtOnce = 1024;

/** Loads the nodes as one TensorFlow session and returns its native number. The file exists only meanwhile. */
export function loadGraph(name: string, nodes: readonly GraphNode[]): number {
  const pieces = encodeSavedModel(nodes);
  const size = lengthOf(pieces);
  if (size > largestFile) {
    throw new AuseqError('AU_PROGRAM_SIZE', {
      what: `session "${name}" would take ${Math.round(size / 2 ** 20)} MiB as one graph`,
      why: 'a TensorFlow graph, its constants included, cannot be larger than 2 GiB',
      try: 'split the constants over several sessions, or keep them as state',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'auseq-graph-'));
  try {
    mkdirSync(join(folder, 'variables'));
    writePieces(join(folder, 'saved_model.pb'), pieces);
    return load(name, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function load(name: string, folder: string): number {
  try {
    return nativeBackend().binding.loadSavedModel(folder, 'serve');
  } catch (cause) {
    throw new AuseqError('AU_RECORDING_OP', {
      what: `TensorFlow refused the graph of session "${name}"`,
      why: cause instanceof Error ? cause.message : String(cause),
      try: 'look for the named operation in the programs: its recording lacks what a graph needs',
      cause,
    });
  }
}

function writePieces(path: string, pieces: readonly Piece[]): void {
  const file = openSync(path, 'w');
  try {
    for (let start = 0; start < pieces.length; start += piecesAtOnce) {
      let waiting = pieces.slice(start, start + piecesAtOnce);
      while (waiting.length > 0) waiting = afterBytes(waiting, writevSync(file, waiting));
    }
  } finally {
    closeSync(file);
  }
}

/** What a short write has left of a batch. */
function afterBytes(batch: readonly Piece[], written: number): Piece[] {
  let left = written;
  return batch.flatMap((piece) => {
    const taken = Math.min(left, piece.length);
    left -= taken;
    return taken === piece.length ? [] : [piece.subarray(taken)];
  });
}
