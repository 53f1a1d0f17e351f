import { AuseqError } from '@auseq/proto/errors';

/** What a server says of itself first; more fields are ignored. */
export interface ServerInfo {
  readonly max_payload: number;
  readonly tls_required?: boolean;
  readonly auth_required?: boolean;
}

export interface WireHandlers {
  onInfo(info: ServerInfo): void;
  /** `payload` is only valid during the call. */
  onMessage(subject: string, payload: Uint8Array, sid: number): void;
  onPing(): void;
  onPong(): void;
  /** The server refuses something. */
  onRefusal(text: string): void;
}

/** Longer lines come from no NATS server: the longest is INFO, with the addresses of its cluster. */
const longestLine = 64 * 1024;
/** The server's own ceiling for max_payload. */
const largestPayload = 64 * 1024 * 1024;

const newline = 10;
const carriageReturn = 13;

/**
 * Reads what a NATS server sends, in pieces of any size; a payload inside one piece is handed over as a view of it, a longer
 * one from a buffer that is used again. The returned function throws AU_NATS_UNREACHABLE where it is not NATS that speaks.
 */
export function createWireParser(handlers: WireHandlers): (bytes: Uint8Array) => void {
  const line = Buffer.alloc(longestLine);
  let lineLength = 0;
  let payload = new Uint8Array(1024 * 1024);
  /** Of the payload that is being read; null between messages. */
  let open: { readonly subject: string; readonly sid: number; readonly size: number; have: number } | null = null;

  const readPayload = (bytes: Uint8Array, at: number): number => {
    const { subject, sid, size, have } = open!;
    const wanted = size + 2; // with CR LF
    if (have === 0 && bytes.length - at >= wanted) {
      open = null;
      handlers.onMessage(subject, bytes.subarray(at, at + size), sid);
      return at + wanted;
    }
    const end = Math.min(bytes.length, at + wanted - have);
    payload.set(bytes.subarray(at, end), have);
    open!.have += end - at;
    if (open!.have === wanted) {
      open = null;
      handlers.onMessage(subject, payload.subarray(0, size), sid);
    }
    return end;
  };

  const onLine = (text: string): void => {
    const space = text.indexOf(' ');
    const verb = space < 0 ? text : text.slice(0, space);
    const rest = space < 0 ? '' : text.slice(space + 1);
    switch (verb) {
      case 'MSG': {
        const [subject, sid, third, fourth] = rest.split(' ');
        const size = Number(fourth ?? third);
        if (!subject || !Number.isInteger(size) || size < 0 || size > largestPayload) throw notNats(text);
        if (payload.length < size + 2) payload = new Uint8Array(size + 2);
        open = { subject, sid: Number(sid), size, have: 0 };
        break;
      }
      case 'INFO':
        handlers.onInfo(infoOf(rest));
        break;
      case 'PING':
        handlers.onPing();
        break;
      case 'PONG':
        handlers.onPong();
        break;
      case '+OK':
        break;
      case '-ERR':
        handlers.onRefusal(rest);
        break;
      default:
        throw notNats(text); // HMSG too: nobody here sends headers
    }
  };

  const readLine = (bytes: Uint8Array, at: number): number => {
    const found = bytes.indexOf(newline, at);
    const end = found < 0 ? bytes.length : found;
    if (lineLength + end - at > longestLine) throw notNats(line.toString('utf8', 0, 80));
    line.set(bytes.subarray(at, end), lineLength);
    lineLength += end - at;
    if (found < 0) return end;
    const length = line[lineLength - 1] === carriageReturn ? lineLength - 1 : lineLength;
    const text = line.toString('utf8', 0, length);
    lineLength = 0;
    onLine(text);
    return end + 1;
  };

  return (bytes) => {
    for (let at = 0; at < bytes.length; ) at = open ? readPayload(bytes, at) : readLine(bytes, at);
  };
}

export const connectLine = (name: string): string =>
  `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, echo: false, headers: false, lang: 'auseq', version: '1', protocol: 1, name })}\r\n`;
export const subscribeLine = (subject: string, sid: number): string => `SUB ${subject} ${sid}\r\n`;
export const unsubscribeLine = (sid: number): string => `UNSUB ${sid}\r\n`;
export const publishLine = (subject: string, size: number): string => `PUB ${subject} ${size}\r\n`;
export const pingLine = 'PING\r\n';
export const pongLine = 'PONG\r\n';

function infoOf(json: string): ServerInfo {
  try {
    const info = JSON.parse(json) as ServerInfo;
    if (typeof info.max_payload === 'number') return info;
  } catch {}
  throw notNats(`INFO ${json}`);
}

function notNats(said: string): AuseqError {
  return new AuseqError('AU_NATS_UNREACHABLE', {
    what: 'what answers is no NATS server',
    why: `it said ${JSON.stringify(said.slice(0, 80))}`,
    try: 'check the address of NATS',
  });
}
