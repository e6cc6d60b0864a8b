// With what bytes that somebody uploaded are answered: they are shown or saved, and never run.
import contentDisposition from 'content-disposition';
import { isShown } from './content.js';

export function fileHeaders(name: string, type: string): Record<string, string> {
  const disposition = isShown(type) ? 'inline' : 'attachment';
  return {
    'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    'content-disposition': contentDisposition(name, { type: disposition }),
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  };
}
