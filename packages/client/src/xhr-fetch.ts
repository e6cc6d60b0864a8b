// `fetch` that tells how far a body is on its way. Only browsers can, and there only the older call does.

/** True where progress can be told. */
export const canTellProgress = (): boolean => typeof XMLHttpRequest !== 'undefined';

/**
 * As `fetch`, for a request with a body and a JSON answer.
 *
 * @param onProgress bytes that have left, out of how many
 */
export const xhrFetch =
  (onProgress: (sent: number, all: number) => void) =>
  (url: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init.method ?? 'POST', url);
      for (const [name, value] of Object.entries(init.headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
      request.onload = () => {
        const retryAfter = request.getResponseHeader('retry-after');
        const headers = retryAfter === null ? {} : { 'retry-after': retryAfter };
        resolve(new Response(request.responseText || null, { status: request.status, headers }));
      };
      request.onerror = () => reject(new TypeError('the request failed'));
      request.onabort = () => reject(new DOMException('the request was given up', 'AbortError'));
      init.signal?.addEventListener('abort', () => request.abort(), { once: true });
      request.send(init.body as FormData);
    });
