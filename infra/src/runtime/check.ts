/** One thing that must, or should, be right on this machine. */
export interface Check {
  name: string;
  state: 'pass' | 'warn' | 'fail';
  /** The measured value. */
  measured: string;
  /** What to do; left out when it passes. */
  fix?: string;
}
