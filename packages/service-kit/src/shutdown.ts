// Stopping: SIGTERM and SIGINT run `stop` once; a stop that takes too long, or a fault nobody caught, ends the process.
import type { Logger } from './logger.js';

export function onShutdown(logger: Logger, maxMs: number, stop: () => Promise<void>): void {
  let stopping = false;
  const run = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error({ maxMs }, 'did not stop in time');
      process.exit(1);
    }, maxMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => run('SIGTERM'));
  process.once('SIGINT', () => run('SIGINT'));
  // A state we did not think of: better a clean start than a wrong answer.
  const die = (error: unknown) => {
    logger.fatal({ err: error }, 'fault that nobody caught');
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}
