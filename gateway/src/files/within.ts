/** What `work` gives, or `late` thrown when it takes longer; it goes on all the same. */
export async function within<T>(waitMs: number, work: Promise<T>, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), waitMs);
  });
  // What goes on after that may fail without anybody listening.
  work.catch(() => undefined);
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
