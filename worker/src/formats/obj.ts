import { fileFormatError } from './file-format-error.js';

/** A triangle mesh with texture coordinates; indices count from 0. */
export interface ObjMesh {
  readonly vertices: Float32Array; // [V,3]
  readonly uvs: Float32Array; // [T,2]
  readonly faces: Int32Array; // [F,3], into vertices
  readonly uvFaces: Int32Array; // [F,3], into uvs; empty where the faces name none
}

const newline = 0x0a;
const longestLine = 4096;

/** Reads the v, vt and triangular f lines of a Wavefront .obj; everything else is passed over. Throws AU_FILE_FORMAT. */
export function readObj(data: Uint8Array, path: string): ObjMesh {
  const vertices: number[] = [];
  const uvs: number[] = [];
  const faces: number[] = [];
  const uvFaces: number[] = [];
  for (let at = 0; at < data.length; ) {
    const found = data.indexOf(newline, at);
    const end = found < 0 ? data.length : found;
    const fail = (why: string): never => {
      throw fileFormatError({ path, offset: at }, why);
    };
    if (end - at > longestLine) fail('a line has no end');
    const [word, ...fields] = Buffer.from(data.subarray(at, end)).toString('latin1').trim().split(/\s+/);
    if (word === 'v') vertices.push(...numbers(fields, 3, fail));
    if (word === 'vt') uvs.push(...numbers(fields, 2, fail));
    if (word === 'f') {
      if (fields.length !== 3) fail(`a face has ${fields.length} corners, not 3`);
      for (const corner of fields) {
        const [vertex, uv] = corner.split('/');
        faces.push(index(vertex, vertices.length / 3, fail));
        if (uv) uvFaces.push(index(uv, uvs.length / 2, fail));
      }
    }
    at = end + 1;
  }
  if (uvFaces.length !== 0 && uvFaces.length !== faces.length)
    throw fileFormatError({ path, offset: data.length }, 'only some corners name a texture coordinate');
  return {
    vertices: Float32Array.from(vertices),
    uvs: Float32Array.from(uvs),
    faces: Int32Array.from(faces),
    uvFaces: Int32Array.from(uvFaces),
  };
}

function numbers(fields: readonly string[], count: number, fail: (why: string) => never): number[] {
  const values = fields.slice(0, count).map(Number);
  if (values.length < count || !values.every(Number.isFinite))
    fail(`${count} numbers are needed, not "${fields.join(' ').slice(0, 60)}"`);
  return values;
}

/** From 1, or backwards from -1, as the format counts; only what was already listed may be named. */
function index(text: string | undefined, count: number, fail: (why: string) => never): number {
  const value = Number(text);
  const position = value < 0 ? count + value : value - 1;
  if (!Number.isInteger(value) || position < 0 || position >= count)
    fail(`"${(text ?? '').slice(0, 20)}" names none of ${count}`);
  return position;
}
