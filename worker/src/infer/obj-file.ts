import type { FlameModel } from '../assets/types.js';

export const materialFile = 'face.mtl';
export const textureFile = 'face.png';

/** A Wavefront OBJ of one frame: vertices [N,3] in metres with uv, pointing to the material that all frames share. */
export function objText({ faces, uvFaces, uvs }: FlameModel, vertices: Float32Array): string {
  const lines = [`mtllib ${materialFile}`, 'usemtl face'];
  for (let i = 0; i < vertices.length; i += 3)
    lines.push(`v ${[vertices[i]!, vertices[i + 1]!, vertices[i + 2]!].map((value) => value.toFixed(6)).join(' ')}`);
  for (let i = 0; i < uvs.length; i += 2) lines.push(`vt ${uvs[i]!.toFixed(6)} ${uvs[i + 1]!.toFixed(6)}`);
  for (let i = 0; i < faces.length; i += 3)
    lines.push(`f ${[0, 1, 2].map((corner) => `${faces[i + corner]! + 1}/${uvFaces[i + corner]! + 1}`).join(' ')}`);
  return `${lines.join('\n')}\n`;
}

export const materialText = `newmtl face\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd ${textureFile}\n`;
