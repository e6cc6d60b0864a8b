import { isCleanText } from '@natter/contracts/text';

/** What a client calls itself, as far as it can be kept. */
export const storable = (userAgent: string): string => (isCleanText(userAgent) ? userAgent : '');
