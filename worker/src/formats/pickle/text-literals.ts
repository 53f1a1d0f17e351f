const escapes: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  '\\': 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
};

/** The bytes of a Python 2 string literal as protocol 0 writes it, quotes included. Throws where it is none. */
export function parseStringLiteral(line: string): Uint8Array {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote)
    throw new Error('a string literal has no quotes');
  const inner = line.slice(1, -1);
  const bytes = new Uint8Array(inner.length);
  let length = 0;
  for (let i = 0; i < inner.length; i++) {
    if (inner[i] !== '\\') {
      bytes[length++] = inner.charCodeAt(i);
      continue;
    }
    const next = inner[++i];
    if (next === 'x') {
      const hex = inner.slice(i + 1, i + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw new Error('a hexadecimal escape is broken');
      bytes[length++] = Number.parseInt(hex, 16);
      i += 2;
    } else {
      const code = next === undefined ? undefined : escapes[next];
      if (code === undefined) throw new Error(`the escape \\${next ?? ''} is not known`);
      bytes[length++] = code;
    }
  }
  return bytes.subarray(0, length);
}

/** Text of protocol 0: latin1 with \uXXXX and \UXXXXXXXX for everything else. */
export function parseUnicodeLine(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    if (code > 0x10ffff) throw new Error('a character beyond Unicode');
    return String.fromCodePoint(code);
  });
}
