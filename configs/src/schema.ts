import { z } from 'zod';
import { type HeadName, headCodes } from './heads.js';
import { legacySlips } from './legacy-slips.js';

/**
 * Everything a person sets about a run, under the legacy names where the legacy yml has one.
 * Sources: reference facts on `deca_pretrain_video_OnlyE2.yml` (loss weights, cadences) and on its loader (mix of data sets).
 */

const count = z.int().positive();
const weight = z.number().min(0);

export const lossWeights = z.strictObject({
  AUFLoss: weight.default(1).describe('MSE of AUNet vectors, real against rendered'),
  expression: weight.default(7).describe('MSE of emotion-network features, real against rendered'),
  lmk: weight.default(8).describe('68 landmarks, contour only (legacy weights)'),
  lmk_static: weight.default(0).describe('68 landmarks, the 51 inner points (DECA weights)'),
  lmk_mp: weight.default(8).describe('105 dense mediapipe landmarks'),
  eyed: weight.default(1).describe('eye opening distances'),
  lipd: weight.default(0).describe('lip opening distances'),
  relaL: weight.default(1).describe('relative landmark distances'),
  photo: weight.default(5).describe('photometric L1 under the mask'),
  id: weight.default(0).describe('VGGFace2 identity (DECA)'),
  reg_exp: weight.default(1e-4),
  reg_tex: weight.default(1e-4),
  reg_light: weight.default(1),
  reg_jaw_pose: weight.default(0.01),
  reg_shape: weight.default(0),
  au: weight.default(0).describe('MSE of the 41 AU scores, real against rendered'),
  au_lmk: weight.default(0).describe('dense landmarks of the regions whose AUs the picture shows; times mainAU'),
  au_dist: weight.default(0).describe('landmark distances that those AUs change; times subAU'),
  mainAU: weight.default(0.5).describe('scales au_lmk'),
  subAU: weight.default(0.25).describe('scales au_dist'),
  weightedAU: z.boolean().default(false),
  focalAU: z.boolean().default(false),
});

export const dataset = z.strictObject({
  root: z
    .string()
    .default('')
    .describe('folder that holds MEAD_Dataset_25 and/or Aff-wild2, each with images, kpts, kpts_dense, masks'),
  batch_size: count.default(1).describe('sequences in one leaf'),
  K: count.default(1).describe("images per person for DECA's shape consistency; 1 = off"),
  windowsize: z
    .literal([3, 7, 11])
    .default(3)
    .describe('consecutive frames of a sample; the middle one is supervised, shorter sequences are left out'),
  use_mask: z
    .boolean()
    .default(true)
    .describe('photometric loss under the stored masks; false = under the rendered face, masks are not read'),
  image_size: count.default(224),
  mead_sequences: z.int().min(0).default(3000).describe('random MEAD sequences drawn anew each data epoch'),
  affwild2_copies: z.int().min(0).default(6).describe('copies of every Aff-Wild2 sequence in a data epoch'),
  num_workers: z.int().min(1).max(16).default(3).describe('loader threads of a worker'),
});

export const batch = z.strictObject({
  leaves: count.default(1).describe('micro-batches of one optimiser step, fixed at submit'),
});

export const train = z.strictObject({
  resume: z.boolean().default(true),
  seed: z.int().min(0).default(0),
  max_epochs: count.default(50),
  max_steps: z.number().positive().default(1e18).describe('optimiser steps; above 2^53 = unlimited (max_epochs rules)'),
  log_steps: count.default(1000),
  vis_steps: count.default(1000),
  checkpoint_steps: count.default(500),
  val_steps: z.int().min(0).default(0).describe('validate on the held-out split every N steps; 0 = only at the end'),
  keep_checkpoints: count.default(3),
  lr: z.number().positive().default(1e-4),
  lr_step_size: z
    .int()
    .min(0)
    .default(0)
    .describe('multiply lr by lr_gamma every N steps; 0 = constant, as in the legacy run'),
  lr_gamma: z.number().positive().max(1).default(0.5),
  simulate_compute_ms: z
    .number()
    .min(0)
    .max(60_000)
    .default(0)
    .describe(
      'waits that make a step take at least this long while all workers are there; changes no bit, for tests of faults',
    ),
});

export const model = z.strictObject({
  preset: z
    .enum(['legacy', 'tiny'])
    .default('legacy')
    .describe('network sizes: legacy = 20,841,599 trained weights; tiny = for tests'),
  network: z
    .enum(['bivit', 'bivit2'])
    .default('bivit')
    .describe('bivit = as published; bivit2 = a token for each AU, both streams attend to each other'),
  head: z
    .enum(Object.keys(headCodes) as [HeadName, ...HeadName[]])
    .default('OnlyE')
    .describe('what is predicted: OnlyE 127, EandJT 130, EandJ 53, exp-only 50 numbers'),
  jaw: z
    .enum(['add', 'replace'])
    .default('add')
    .describe('a predicted jaw is added to the coarse one (and starts near zero), or stands for it'),
  residual: z.boolean().default(false).describe('all predicted codes are added to the coarse ones; starts near zero'),
  use_tex: z.boolean().default(true),
  coarse: z
    .enum(['auto', 'fit', 'e_flame'])
    .default('auto')
    .describe('where shape, cam and pose come from; auto = fit with stand-in assets'),
  precision: z.enum(['fp32', 'bf16']).default('fp32').describe('of the frozen networks'),
  dropout: z.number().min(0).lt(1).default(0.1),
});

export const runtime = z.strictObject({
  threads: count.default(1).describe('TensorFlow threads of each worker; bits depend on it'),
  onednn: z.boolean().default(true),
});

export const store = z.strictObject({
  spool_bytes: z
    .int()
    .min(0)
    .default(8 * 2 ** 30)
    .describe('room on the local disk for checkpoints that the store cannot take now; 0 = no spool'),
  finish_seconds: z
    .number()
    .min(0)
    .default(600)
    .describe('how long a run waits at its end for checkpoints to reach the store'),
});

export const runConfig = z.strictObject({
  output_dir: z.string().default('').describe('legacy key; the run tree is in the store, under the run name'),
  pretrained_modelpath: z
    .string()
    .default('')
    .describe('a legacy model.tar to go on from: weights, Adam and step; each worker reads this path'),
  model_path_HJ: z
    .string()
    .default('')
    .describe(
      "a predecessor's checkpoint: what fits by name and shape is taken over, the rest is listed; Adam begins anew",
    ),
  assets: z.string().default('').describe('asset folder; empty = the stand-ins of `auseq assets synth` in AUSEQ_HOME'),
  sync: z.enum(['auto', 'gather', 'allreduce']).default('auto'),
  sync_wire: z
    .enum(['fp32', 'bf16'])
    .default('fp32')
    .describe('how sums of allreduce travel between hosts; bf16 = half the bytes, and bits that depend on the hosts'),
  exact: z.boolean().default(true).describe('refuse what would make the bits depend on the machines'),
  min_workers: z.int().min(1).default(1).describe('fewer workers than this do not train: the run waits for more'),
  workers: z.int().min(0).default(0).describe('workers a run starts with; 0 = all that are idle'),
  dataset: dataset.prefault({}),
  batch: batch.prefault({}),
  train: train.prefault({}),
  model: model.prefault({}),
  loss: lossWeights.prefault({}),
  legacy: legacySlips.prefault({}),
  runtime: runtime.prefault({}),
  store: store.prefault({}),
});

export type RunConfig = z.infer<typeof runConfig>;
export type LossWeights = z.infer<typeof lossWeights>;
