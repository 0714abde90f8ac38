/** The event IDs that a connection has delivered, in their order; those that came without a message apart. */
export class SeenIds {
  #cursor = '';
  #own: string[] = [];
  #checkpoints: string[] = [];

  has(id: string): boolean {
    return id === this.#cursor || this.#own.includes(id) || this.#checkpoints.includes(id);
  }

  /** A batch was delivered. An ID is a message's own where it is another than that of the message before. */
  add(ids: readonly string[], lastEventId: string): void {
    let before = this.#cursor;
    for (const id of ids) {
      if (id !== before) this.#own.push(id);
      before = id;
    }
    if (lastEventId !== before) this.#checkpoints.push(lastEventId);
    this.#cursor = lastEventId;
  }

  /** The next request resumes after an ID: what came after it did not reach the app. */
  rewind(id: string): void {
    if (id === this.#cursor) return;
    if (!this.#checkpoints.includes(id)) this.#own = this.#own.slice(0, this.#own.lastIndexOf(id) + 1);
    this.#cursor = id;
  }
}
