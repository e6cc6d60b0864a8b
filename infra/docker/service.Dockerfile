# One image for any of our services: --build-arg SERVICE=room-service. The stages before ARG are the same for
# all of them, so they are built once.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
RUN npx tsc -b gateway ws-gateway auth-service room-service session-service notification-service infra/natter
RUN npm run bundle
RUN npm run -w web build
# This stage is the operator's image, too; a volume takes its owner from here.
RUN install -d -o node /data /backups

FROM node:24-bookworm-slim AS modules
ARG SERVICE
WORKDIR /app
COPY --from=build /app/package.json /app/package-lock.json ./
COPY --from=build /app/packages packages
COPY --from=build /app/${SERVICE} ${SERVICE}
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error -w ${SERVICE}

FROM node:24-bookworm-slim
ARG SERVICE
ENV NODE_ENV=production SERVICE=${SERVICE}
WORKDIR /app
COPY --from=modules /app ./
COPY --from=build /app/web/dist/app web/dist/app
# The volume of files takes its owner from here.
RUN install -d -o node /data
COPY infra/docker/start.sh /usr/local/bin/natter
USER node
ENTRYPOINT ["/bin/sh", "/usr/local/bin/natter"]
HEALTHCHECK --interval=5s --timeout=3s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HEALTH_PORT + '/readyz', { signal: AbortSignal.timeout(2000) }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
