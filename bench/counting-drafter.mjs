/** A drafter that counts, by kind of id, the tested and the accepted drafted ids. */
export class CountingDrafter {
  #drafter;
  #kindOf;
  #kinds;
  #ahead = [];
  #position = 0;

  constructor(drafter, kindOf, kinds) {
    this.#drafter = drafter;
    this.#kindOf = kindOf;
    this.#kinds = kinds;
  }

  start(ids) {
    this.#position = ids.length;
    this.#drafter.start(ids);
  }

  push(id) {
    const drafted = this.#ahead.shift();
    if (drafted !== undefined) {
      const kind = this.#kindOf(id, this.#position);
      const counts = this.#kinds.get(kind) ?? { right: 0, tried: 0 };
      counts.tried += 1;
      if (drafted === id) counts.right += 1;
      else this.#ahead = [];
      this.#kinds.set(kind, counts);
    }
    this.#position += 1;
    this.#drafter.push(id);
  }

  async draft(mostOf) {
    const draft = await this.#drafter.draft(mostOf);
    this.#ahead = [...draft.ids];
    return draft;
  }
}
