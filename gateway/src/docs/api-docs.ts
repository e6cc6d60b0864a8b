// The documents and their pages, each made once, when it is first asked for: a start does not wait for them.
import type { Type } from '@nestjs/common';
import { type AsyncApi, asyncApi } from './asyncapi.js';
import { type OpenApi, openApi } from './openapi.js';
import { restPage, socketPage } from './page.js';
import { routesOf } from './routes.js';

export class ApiDocs {
  private readonly made = new Map<string, unknown>();

  /** @param controllers all of the gateway's */
  constructor(private readonly controllers: readonly Type[]) {}

  get openApi(): OpenApi {
    return this.once('openapi', () => openApi(routesOf(this.controllers)));
  }

  get asyncApi(): AsyncApi {
    return this.once('asyncapi', asyncApi);
  }

  get restPage(): string {
    return this.once('rest', () => restPage(this.openApi));
  }

  get socketPage(): string {
    return this.once('socket', () => socketPage(this.asyncApi));
  }

  private once<Made>(name: string, make: () => Made): Made {
    if (!this.made.has(name)) this.made.set(name, make());
    return this.made.get(name) as Made;
  }
}
