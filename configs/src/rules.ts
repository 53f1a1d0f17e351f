import { headHas } from './heads.js';
import type { RunConfig } from './schema.js';

/** A combination of single values that are each allowed: `error` refuses the run, `warning` is said at submit. */
export interface Finding {
  level: 'error' | 'warning';
  /** Dotted path of the value to change. */
  path: string;
  problem: string;
  fix: string;
}

/** Above this an integer count of steps cannot be exact: the legacy 1e18 means "until max_epochs". */
const unlimitedSteps = 2 ** 53;

type Rule = (config: RunConfig) => Finding | null;

const error = (path: string, problem: string, fix: string): Finding => ({ level: 'error', path, problem, fix });
const warning = (path: string, problem: string, fix: string): Finding => ({ level: 'warning', path, problem, fix });

const rules: readonly Rule[] = [
  ({ dataset }) =>
    dataset.mead_sequences === 0 && dataset.affwild2_copies === 0
      ? error('dataset.mead_sequences', 'with affwild2_copies 0 too a data epoch is empty', 'set one of both above 0')
      : null,
  ({ dataset }) =>
    dataset.image_size % 32 === 0
      ? null
      : error('dataset.image_size', 'the networks halve an image five times', 'use a multiple of 32: 64, 128, 224'),
  ({ dataset }) =>
    dataset.K === 1
      ? null
      : error('dataset.K', "shape is not trained here, so DECA's shape consistency has no gradient", 'set K to 1'),
  ({ loss }) =>
    trainedTerms(loss).every((value) => value === 0)
      ? error('loss', 'every data term has weight 0: there is nothing to learn', 'give one loss a weight above 0')
      : null,
  ({ model, loss }) =>
    loss.reg_tex > 0 && !headHas(model.head, 'tex')
      ? error('loss.reg_tex', `the head ${model.head} predicts no texture to regularise`, 'set loss.reg_tex to 0')
      : null,
  ({ model, loss }) =>
    loss.reg_light > 0 && !headHas(model.head, 'light')
      ? error('loss.reg_light', `the head ${model.head} predicts no light to regularise`, 'set loss.reg_light to 0')
      : null,
  ({ loss }) =>
    loss.au_lmk > 0 && loss.mainAU === 0
      ? error('loss.au_lmk', 'it is multiplied by loss.mainAU, which is 0', 'set au_lmk to 0, or mainAU above 0')
      : null,
  ({ loss }) =>
    loss.au_dist > 0 && loss.subAU === 0
      ? error('loss.au_dist', 'it is multiplied by loss.subAU, which is 0', 'set au_dist to 0, or subAU above 0')
      : null,
  ({ model }) =>
    model.jaw === 'replace' && !headHas(model.head, 'jaw')
      ? error('model.jaw', `the head ${model.head} predicts no jaw`, 'use the head EandJT or EandJ, or leave it out')
      : null,
  ({ model }) =>
    model.jaw === 'replace' && model.residual
      ? error('model.jaw', 'with model.residual every predicted code is added', 'leave it out, or set residual false')
      : null,
  ({ model, legacy }) =>
    model.residual && headHas(model.head, 'light') && legacy.sh_basis !== 'deca'
      ? error('legacy.sh_basis', "a residual is added to E_flame's light, which has DECA's basis", 'set it to deca')
      : null,
  ({ model, legacy }) =>
    model.network === 'bivit2' && !legacy.single_key_attention
      ? error('legacy.single_key_attention', 'bivit2 has a key for each token anyway', 'leave it out')
      : null,
  ({ train }) =>
    train.max_steps < unlimitedSteps && !Number.isInteger(train.max_steps)
      ? error('train.max_steps', 'steps are whole', 'use an integer, or 1e18 for unlimited')
      : null,
  ({ sync_wire, exact }) =>
    sync_wire === 'bf16' && exact
      ? error(
          'sync_wire',
          'bf16 rounds what each host adds up: other hosts, other bits',
          'set exact to false, or use fp32',
        )
      : null,
  ({ sync_wire, sync }) =>
    sync_wire === 'bf16' && sync === 'gather' ? warning('sync_wire', 'gather sends no sums', 'leave it out') : null,
  ({ pretrained_modelpath, model }) =>
    pretrained_modelpath === '' || model.network === 'bivit'
      ? null
      : error('pretrained_modelpath', 'a model.tar holds the published BiViT', 'set model.network to bivit'),
  ({ model_path_HJ, pretrained_modelpath }) =>
    model_path_HJ === '' || pretrained_modelpath === ''
      ? null
      : error('model_path_HJ', 'pretrained_modelpath already gives every weight', 'leave one of both empty'),
  ({ model, dataset }) =>
    model.preset === 'tiny' && dataset.image_size > 128
      ? warning('dataset.image_size', 'the tiny networks see little of a large image', 'use 64')
      : null,
  ({ model, dataset }) =>
    model.preset === 'legacy' && dataset.image_size !== 224
      ? warning('dataset.image_size', 'the legacy networks were trained at 224', 'use 224')
      : null,
  ({ model, loss }) =>
    !model.use_tex && loss.photo > 0
      ? warning('loss.photo', 'without texture (model.use_tex false) colours are compared with plain grey', 'use 0')
      : null,
  ({ model, loss }) =>
    loss.photo > 0 && !(headHas(model.head, 'tex') && headHas(model.head, 'light'))
      ? warning('loss.photo', `the head ${model.head} leaves texture and light at the coarse ones`, 'use 0')
      : null,
  ({ train }) =>
    train.checkpoint_steps > train.max_steps
      ? warning('train.checkpoint_steps', 'it is above max_steps: only the end is stored', 'lower it')
      : null,
  ({ train }) =>
    train.val_steps > train.max_steps
      ? warning('train.val_steps', 'it is above max_steps: only the end is validated', 'lower it')
      : null,
  ({ workers, batch }) =>
    workers > batch.leaves
      ? warning(
          'workers',
          `${batch.leaves} leaves keep ${batch.leaves} workers busy; the others are spares`,
          'raise batch.leaves',
        )
      : null,
  ({ loss }) =>
    loss.reg_shape > 0 ? warning('loss.reg_shape', 'shape is frozen, so the term is a constant', 'use 0') : null,
  ({ output_dir }) =>
    output_dir === ''
      ? null
      : warning(
          'output_dir',
          'legacy key without effect: results are in the store under the run name',
          'leave it empty',
        ),
];

function trainedTerms(loss: RunConfig['loss']): number[] {
  return [
    loss.AUFLoss,
    loss.expression,
    loss.lmk,
    loss.lmk_static,
    loss.lmk_mp,
    loss.eyed,
    loss.lipd,
    loss.relaL,
    loss.photo,
    loss.id,
    loss.au,
    loss.au_lmk * loss.mainAU,
    loss.au_dist * loss.subAU,
  ];
}

/** What is impossible or odd in a config whose values are each valid. */
export function checkCombinations(config: RunConfig): Finding[] {
  return rules.flatMap((rule) => rule(config) ?? []);
}

/** True when `max_steps` stands for "no limit". */
export function isUnlimited(maxSteps: number): boolean {
  return maxSteps >= unlimitedSteps;
}
