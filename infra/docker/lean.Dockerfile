# syntax=docker/dockerfile:1
# The app with the embedded host: what runs on EKS, and every verb of `pipeline`. From the repository's root:
#   docker build -f infra/docker/lean.Dockerfile --build-arg KAFKA_SECURITY=ScramSha512 -t pipeline:1 .
# KAFKA_SECURITY is Ssl, Plain, ScramSha256, ScramSha512 (over TLS), or Plaintext for brokers in the same network namespace.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG KAFKA_SECURITY=ScramSha512
WORKDIR /source
# Packages first: they change less often than the source.
COPY global.json Directory.Build.props Directory.Packages.props host.json ./
COPY --parents functions/*.props functions/*/*.csproj ./
RUN dotnet restore functions/App
COPY functions functions
RUN dotnet publish functions/App --no-restore -c Release -o /app -p:KafkaSecurity=$KAFKA_SECURITY -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime

# Debian 12, because its librdkafka, libzstd and libsnappy are those the tests run with; the .NET runtime needs nothing of its own image.
FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates librdkafka1 libsasl2-modules libzstd1 libsnappy1v5 libssl3 libstdc++6 tzdata zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 pipeline \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin pipeline \
 && printf '#!/bin/sh\nexec /usr/share/dotnet/dotnet /app/pipeline.dll "$@"\n' >/usr/local/bin/pipeline \
 && chmod 755 /usr/local/bin/pipeline
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /app /app
ENV DOTNET_ROOT=/usr/share/dotnet \
    DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_EnableDiagnostics=0 \
    LocalHost__Urls=http://0.0.0.0:8080
WORKDIR /app
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# No curl: the shell's own sockets ask. Kubernetes has probes of its own and does not read this.
HEALTHCHECK --interval=15s --timeout=5s --start-period=150s --retries=3 \
  CMD ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^live' <&3"]
ENTRYPOINT ["pipeline"]
