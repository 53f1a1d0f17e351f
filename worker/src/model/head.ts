import type { CodeName } from '@auseq/configs/heads';
import type { ShBasis } from '../render/sh.js';
import { tf } from '../tensor/tf.js';
import { type CodeLayout, codeRange, decomposeCode } from './codes.js';

/** What a head predicts and how that becomes a face (model-facts §0.1, §0.2, §3.5). */
export interface HeadPlan {
  readonly layout: CodeLayout;
  /** Every predicted code is added to the coarse one. */
  readonly residual: boolean;
  /** A predicted jaw is added to the coarse one, or stands for it as in the legacy EandJ(T) (model-facts §0.2). */
  readonly jaw: 'add' | 'replace';
  /** Basis of a predicted light. */
  readonly lightBasis: ShBasis;
}

/** The codes of a face as FLAME and the renderer take them. */
export interface FaceCodes {
  readonly exp: tf.Tensor; // [B,50]
  readonly tex: tf.Tensor; // [B,50]
  readonly light: tf.Tensor; // [B,9,3]
  readonly pose: tf.Tensor; // [B,6]
  /** A coarse light has DECA's basis (model-facts §2.4). */
  readonly shBasis: ShBasis;
}

type CoarseCode = 'tex' | 'exp' | 'light';
const coarseSizes = { tex: 50, exp: 50, light: 27 } as const satisfies Record<CoarseCode, number>;
const inputNames = { tex: 'coarseTex', exp: 'coarseExp', light: 'coarseLight' } as const;

export const coarseName = (code: CoarseCode) => inputNames[code];

const has = (plan: HeadPlan, code: CodeName): boolean => plan.layout.some(({ name }) => name === code);

/** Whether a predicted code is added to the coarse one; else it stands for it. */
export function isAdded(plan: HeadPlan, code: string): boolean {
  return plan.residual || (code === 'jaw' && plan.jaw === 'add');
}

/** The coarse codes, beside shape, pose and camera, that a head needs: those it does not predict, or adds to. */
export function coarseNeeds(plan: HeadPlan): { name: CoarseCode; size: number }[] {
  return (['tex', 'exp', 'light'] as const)
    .filter((name) => plan.residual || !has(plan, name))
    .map((name) => ({ name, size: coarseSizes[name] }));
}

/**
 * Predicted codes [B, outputs] and the coarse inputs (`pose` [B,6], and `coarseName` of what `coarseNeeds` names) as one
 * face. What a head does not predict is the coarse face's: E_flame's, or with a fit the mean texture in a frontal light.
 */
export function decodeCodes(flat: tf.Tensor, inputs: Readonly<Record<string, tf.Tensor>>, plan: HeadPlan): FaceCodes {
  const predicted = decomposeCode(flat, plan.layout);
  const coarse = (code: CoarseCode) => {
    const tensor = inputs[coarseName(code)]!;
    return code === 'light' ? tensor.reshape([tensor.shape[0]!, 9, 3]) : tensor;
  };
  const joined = (code: CoarseCode) => {
    const own = predicted[code];
    if (!own) return coarse(code);
    return plan.residual ? coarse(code).add(own) : own;
  };
  return {
    exp: joined('exp'),
    tex: joined('tex'),
    light: joined('light'),
    pose: predicted.jaw ? withJaw(inputs.pose!, predicted.jaw, isAdded(plan, 'jaw')) : inputs.pose!,
    shBasis: predicted.light ? plan.lightBasis : 'deca',
  };
}

/** Pose [B,6] is root, then jaw (axis-angle). */
function withJaw(pose: tf.Tensor, jaw: tf.Tensor, add: boolean): tf.Tensor {
  const half = (start: number) => pose.slice([0, start], [pose.shape[0]!, 3]);
  return tf.concat([half(0), add ? half(3).add(jaw) : jaw], 1);
}

/** Expression [50] and pose [6] of the first row of flat arrays, on the host: the same rules as `decodeCodes`. */
export function decodeRow(
  codes: Float32Array,
  coarse: { readonly pose: Float32Array; readonly coarseExp?: Float32Array },
  plan: HeadPlan,
): { exp: Float32Array; pose: Float32Array } {
  const own = (code: CodeName) => {
    const { start, size } = codeRange(plan.layout, code);
    return codes.subarray(start, start + size);
  };
  const base = coarse.coarseExp;
  const exp = plan.residual && base ? own('exp').map((value, i) => value + base[i]!) : own('exp');
  const pose = coarse.pose.slice(0, 6);
  if (has(plan, 'jaw'))
    for (const [i, value] of own('jaw').entries()) pose[3 + i] = value + (isAdded(plan, 'jaw') ? pose[3 + i]! : 0);
  return { exp, pose };
}
