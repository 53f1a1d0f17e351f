import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { encodeSavedModel } from './encode-graph.js';
import { attr, Graph, liveNodes } from './graph.js';
import { loadGraph } from './load-graph.js';
import { intField, lengthOf, message, varint } from './protobuf.js';

describe('protobuf pieces', () => {
  it('write numbers in base 128, negative ones as 64 bits', () => {
    assert.deepEqual(varint(0), [0]);
    assert.deepEqual(varint(300), [0xac, 0x02]);
    assert.deepEqual(varint(-1), [...new Array(9).fill(0xff), 0x01]);
    assert.deepEqual([...intField(3, 1)], [0x18, 1]);
  });

  it('keep large bytes as they are, and count them', () => {
    const large = new Uint8Array(10_000);
    const pieces = message(4, [large]);
    assert.equal(pieces[1], large);
    assert.equal(lengthOf(pieces), 1 + 2 + large.length);
  });
});

describe('a graph', () => {
  it('shares small equal constants, but not those of another shape or type', () => {
    const graph = new Graph();
    const bytes = new Uint8Array(4);
    const scalar = graph.constant({ dtype: 1, shape: [], bytes });
    assert.equal(graph.constant({ dtype: 1, shape: [], bytes: bytes.slice() }), scalar);
    assert.notEqual(graph.constant({ dtype: 1, shape: [1], bytes }), scalar);
    assert.notEqual(graph.constant({ dtype: 3, shape: [], bytes }), scalar);
  });

  it('keeps what is wanted, also behind control edges and second outputs', () => {
    const graph = new Graph();
    const a = graph.placeholder(1, []);
    const b = graph.placeholder(1, []);
    const c = graph.placeholder(1, []);
    const noop = graph.add('NoOp', [], {}, [b]);
    const wanted = graph.add('Identity', [`${a}:1`], { T: attr.type(1) }, [noop]);
    graph.add('Identity', [c], { T: attr.type(1) });
    assert.deepEqual(
      liveNodes(graph.nodes, [wanted]).map(({ name }) => name),
      [a, b, noop, wanted],
    );
  });

  it('of more than 2 GiB is refused before anything is written', () => {
    const graph = new Graph();
    const bytes = new Uint8Array(2 ** 30);
    for (let copy = 0; copy < 2; copy++) graph.constant({ dtype: 1, shape: [2 ** 28], bytes });
    assert.ok(lengthOf(encodeSavedModel(graph.nodes)) > 2 ** 31);
    assert.throws(
      () => loadGraph('huge', graph.nodes),
      (error) => error instanceof AuseqError && error.code === 'AU_PROGRAM_SIZE',
    );
  });

  it('that TensorFlow refuses is a coded error', () => {
    const graph = new Graph();
    graph.add('NoSuchOperation', [], {});
    assert.throws(
      () => loadGraph('odd', graph.nodes),
      (error) => error instanceof AuseqError && error.code === 'AU_RECORDING_OP',
    );
  });
});
