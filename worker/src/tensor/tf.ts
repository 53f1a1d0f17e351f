// First, so that a missing runtime is a coded error and not a stack trace from inside a package.
import './require-runtime.js';
import * as tf from '@tensorflow/tfjs-node-gpu';

export { tf };

export type Tensor = tf.Tensor;
export type Tensor1D = tf.Tensor1D;
export type Tensor2D = tf.Tensor2D;
export type Tensor3D = tf.Tensor3D;
export type Tensor4D = tf.Tensor4D;
export type Scalar = tf.Scalar;
