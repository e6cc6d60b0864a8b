// The contract as programs and people read it, made of the code that answers. For everybody: it is no secret.
import { Controller, Get, Header } from '@nestjs/common';
import { Access } from '../http/auth.guard.js';
import { ApiDocs } from './api-docs.js';
import type { AsyncApi } from './asyncapi.js';
import type { OpenApi } from './openapi.js';
import { style } from './page.js';

const html = 'text/html; charset=utf-8';

@Controller('api/docs')
@Access('public')
export class DocsController {
  constructor(private readonly docs: ApiDocs) {}

  @Get()
  @Header('content-type', html)
  rest(): string {
    return this.docs.restPage;
  }

  @Get('socket')
  @Header('content-type', html)
  socket(): string {
    return this.docs.socketPage;
  }

  @Get('style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return style;
  }

  @Get('openapi.json')
  openApi(): OpenApi {
    return this.docs.openApi;
  }

  @Get('asyncapi.json')
  asyncApi(): AsyncApi {
    return this.docs.asyncApi;
  }
}
