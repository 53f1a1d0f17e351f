/** What a pickle may name: a class or function of the allow-list, as data. Nothing of Python is run. */
export interface AllowedClass {
  readonly name: string;
  /** The object that calling it gives; throws a plain Error where the arguments make no sense. */
  call(args: readonly unknown[]): unknown;
}

/** An object whose state arrives after it was made (pickle's BUILD). */
export interface Stateful {
  setState(state: unknown): void;
}

export function isStateful(value: unknown): value is Stateful {
  return typeof value === 'object' && value !== null && 'setState' in value;
}

export function isAllowedClass(value: unknown): value is AllowedClass {
  return typeof value === 'object' && value !== null && 'call' in value && 'name' in value;
}

/** Dictionaries of pickles: Python 2's text keys come as bytes and are read as latin1. */
export type PickleDict = Map<unknown, unknown>;
