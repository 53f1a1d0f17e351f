/** What a wait is rejected with when the membership has changed: whoever waits enters the new one and asks again. */
export class Regrouped extends Error {
  constructor() {
    super('the membership has changed');
    this.name = 'Regrouped';
  }
}
