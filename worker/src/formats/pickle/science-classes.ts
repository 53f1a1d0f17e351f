import { isNdArray, type NdArray, type NumericData } from '../nd-array.js';
import type { Stateful } from './allowed-class.js';

type Call = (args: readonly unknown[]) => unknown;

/** A sparse matrix of scipy: `csc` is compressed by columns, `csr` by rows. */
export interface SparseMatrix {
  readonly format: 'csc' | 'csr';
  readonly shape: readonly number[];
  readonly data: NumericData;
  readonly indices: NumericData;
  readonly indptr: NumericData;
}

const sparse =
  (format: SparseMatrix['format']): Call =>
  () => {
    const matrix: Partial<Record<keyof SparseMatrix, unknown>> & Stateful = {
      format,
      setState(state) {
        if (!(state instanceof Map)) throw new Error('the state of a sparse matrix is broken');
        const shape: unknown = state.get('_shape') ?? state.get('shape');
        if (!Array.isArray(shape) || shape.length !== 2) throw new Error('a sparse matrix has no shape');
        matrix.shape = shape.map(Number);
        for (const field of ['data', 'indices', 'indptr'] as const) {
          const array: unknown = state.get(field);
          if (!isNdArray(array)) throw new Error(`a sparse matrix has no ${field}`);
          matrix[field] = array.data;
        }
      },
    };
    return matrix;
  };

/** A chumpy array reads as the array that it wraps. */
const chumpy: Call = () => {
  let wrapped: NdArray | null = null;
  const inner = (): NdArray => {
    if (!wrapped) throw new Error('a chumpy array has no values');
    return wrapped;
  };
  return {
    get shape() {
      return inner().shape;
    },
    get data() {
      return inner().data;
    },
    setState(state: unknown) {
      const values: unknown = state instanceof Map ? state.get('x') : undefined;
      if (!isNdArray(values)) throw new Error('a chumpy array has no values');
      wrapped = values;
    },
  };
};

/** Of scipy and chumpy, under their names of all years. */
export const scienceClasses: Readonly<Record<string, Call>> = {
  'scipy.sparse.csc.csc_matrix': sparse('csc'),
  'scipy.sparse._csc.csc_matrix': sparse('csc'),
  'scipy.sparse.csr.csr_matrix': sparse('csr'),
  'scipy.sparse._csr.csr_matrix': sparse('csr'),
  'chumpy.ch.Ch': chumpy,
  'chumpy.Ch': chumpy,
};

export function isSparseMatrix(value: unknown): value is SparseMatrix {
  return typeof value === 'object' && value !== null && 'indptr' in value && 'format' in value;
}
