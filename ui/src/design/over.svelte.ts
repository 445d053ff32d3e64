/** What lies over the page: an open dialog has the keys to itself, and behind a lock it stays as it is. */

class Over {
  /** Nobody is let in: what lies behind is neither seen nor changed. */
  locked = $state(false);
  #open = 0;

  /** Whether a dialog is open. */
  get dialog(): boolean {
    return this.#open > 0;
  }

  /** A dialog is open until what is handed back is called. */
  open(): () => void {
    this.#open++;
    return () => {
      this.#open--;
    };
  }
}

export const over = new Over();
