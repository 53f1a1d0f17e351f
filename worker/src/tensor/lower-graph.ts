import { defaultBf16Ops, multiplyInBf16 } from './bf16.js';
import { turnFrozenConvolutions } from './frozen-convolution.js';
import { type GraphNode, liveNodes } from './graph.js';
import type { SessionDef } from './program.js';

/** What is loaded of a recording: rewritten for speed, and without what no run can ask for. */
export function lowerGraph(
  nodes: readonly GraphNode[],
  wanted: Iterable<string>,
  { precision = 'fp32', bf16Ops = defaultBf16Ops }: Pick<SessionDef, 'precision' | 'bf16Ops'>,
): GraphNode[] {
  const names = [...wanted];
  const turned = turnFrozenConvolutions(liveNodes(nodes, names));
  const lowered = precision === 'bf16' ? multiplyInBf16(turned, bf16Ops) : turned;
  return liveNodes(lowered, names);
}

export const constantBytes = (nodes: readonly GraphNode[]): number =>
  nodes.reduce((sum, { attrs }) => sum + (attrs.value?.kind === 'tensor' ? attrs.value.value.bytes.length : 0), 0);
