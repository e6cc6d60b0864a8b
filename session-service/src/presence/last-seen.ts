// When users were last connected, as far as this replica saw them go. In memory only: after a restart it is not known.

const maxUsers = 200_000;

export class LastSeen {
  /** In the order of going, so that the first is the one to forget. */
  private readonly goneAtMs = new Map<string, number>();

  constructor(private readonly most: number = maxUsers) {}

  /** Notes that a user's last connection went; beyond the bound the one who went first is forgotten. */
  note(user: string, atMs: number): void {
    this.goneAtMs.delete(user);
    this.goneAtMs.set(user, atMs);
    if (this.goneAtMs.size <= this.most) return;
    for (const first of this.goneAtMs.keys()) {
      this.goneAtMs.delete(first);
      break;
    }
  }

  /** @returns RFC 3339, or null when it is not known */
  of(user: string): string | null {
    const atMs = this.goneAtMs.get(user);
    return atMs === undefined ? null : new Date(atMs).toISOString();
  }
}
