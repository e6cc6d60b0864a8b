/** Fills in the template: what is set in `given` is taken from there, what is empty is made. The rest stays as it is. */
export declare function filledIn(template: string, given: Readonly<Record<string, string | undefined>>): string;

/**
 * Writes `<folder>/.env`, readable by its owner only.
 *
 * @returns what to tell the operator
 * @throws Error with one sentence when there is one already
 */
export declare function writeEnv(folder: string, given: Readonly<Record<string, string | undefined>>): string;
