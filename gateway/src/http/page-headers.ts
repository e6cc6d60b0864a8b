// What a browser is told to refuse on our behalf: anything that is not ours.
import type { FastifyHelmetOptions } from '@fastify/helmet';

/** @param socketOrigins ws: and wss: forms of our origins; older browsers do not count them as 'self' */
export function pageHeaders(insecureHttp: boolean, socketOrigins: readonly string[]): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'", ...socketOrigins],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(!insecureHttp && { upgradeInsecureRequests: [] }),
      },
    },
    // Browsers know these over https only, and complain elsewhere.
    hsts: insecureHttp ? false : { maxAge: 31_536_000, includeSubDomains: false },
    crossOriginOpenerPolicy: insecureHttp ? false : { policy: 'same-origin' },
    originAgentCluster: !insecureHttp,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  };
}
