# syntax=docker/dockerfile:1
# The same app in the Azure Functions host, isolated worker: what runs on AKS. From the repository's root:
#   docker build -f infra/docker/azure-host.Dockerfile --build-arg KAFKA_SECURITY=Plain -t pipeline:1-azure .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG KAFKA_SECURITY=Plain
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props host.json ./
COPY --parents functions/*.props functions/*/*.csproj ./
RUN dotnet restore functions/App -p:FunctionsHost=Azure
COPY functions functions
RUN dotnet publish functions/App --no-restore -c Release -o /home/site/wwwroot -p:FunctionsHost=Azure -p:KafkaSecurity=$KAFKA_SECURITY

FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0
# librdkafka comes with the Kafka extension's package here; the columns' codecs come from the system. The entry point is the base's, the
# host; `pipeline` is the command line.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates libzstd1 libsnappy1v5 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /home/LogFiles /home/data /azure-functions-host/Secrets \
 && chown -R 10001:10001 /home/LogFiles /home/data /azure-functions-host/Secrets \
 && printf '#!/bin/sh\nexec dotnet /home/site/wwwroot/pipeline.dll "$@"\n' >/usr/local/bin/pipeline \
 && chmod 755 /usr/local/bin/pipeline
COPY --from=build /home/site/wwwroot /home/site/wwwroot
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    FUNCTIONS_WORKER_RUNTIME=dotnet-isolated \
    ASPNETCORE_URLS=http://+:8080
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=150s --retries=3 \
  CMD ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^live' <&3"]
