/** What happens to one message that a client publishes. */
export type FrameVerdict = 'keep' | 'drop' | 'flip';

const newline = Buffer.from('\r\n');
/** A control line longer than this is none: nats-server itself refuses 4 KiB. */
const longestLine = 8192;

/**
 * An editor of what a NATS client sends: `decide` is asked for the subject of each message, and may let it vanish or
 * have one byte of its payload flipped. The protocol's own lines and lengths stay intact; whatever it does not
 * understand passes unchanged. Payloads are held until they are whole.
 */
export function createFrameEditor(decide: (subject: string, bytes: number) => FrameVerdict): (chunk: Buffer) => Buffer {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const out: Buffer[] = [];
    for (;;) {
      const end = pending.indexOf(newline);
      if (end === -1) {
        if (pending.length <= longestLine) break;
        out.push(pending);
        pending = Buffer.alloc(0);
        break;
      }
      const frame = parsePublish(pending.toString('latin1', 0, end));
      const size = end + 2 + (frame ? frame.total + 2 : 0);
      if (pending.length < size) break;
      const whole = pending.subarray(0, size);
      pending = pending.subarray(size);
      const verdict = frame ? decide(frame.subject, frame.total - frame.headers) : 'keep';
      if (verdict === 'drop') continue;
      out.push(frame && verdict === 'flip' ? flipped(whole, end + 2 + frame.headers, size - 2) : whole);
    }
    return out.length === 1 ? out[0]! : Buffer.concat(out);
  };
}

interface PublishLine {
  readonly subject: string;
  readonly headers: number;
  /** Headers and payload. */
  readonly total: number;
}

/** `PUB subject [reply] bytes` or `HPUB subject [reply] header-bytes bytes`; null for every other line. */
function parsePublish(line: string): PublishLine | null {
  const [verb = '', ...words] = line.split(/[ \t]+/).filter((word) => word !== '');
  const withHeaders = verb.toUpperCase() === 'HPUB';
  if (!withHeaders && verb.toUpperCase() !== 'PUB') return null;
  const total = Number(words.at(-1));
  const headers = withHeaders ? Number(words.at(-2)) : 0;
  if (words.length < 2 || !Number.isInteger(total) || !Number.isInteger(headers)) return null;
  return { subject: words[0]!, headers, total };
}

/** A copy with the middle byte of [start, end) inverted. */
function flipped(frame: Buffer, start: number, end: number): Buffer {
  if (end <= start) return frame;
  const copy = Buffer.from(frame);
  const at = Math.floor((start + end) / 2);
  copy[at]! ^= 0xff;
  return copy;
}
