# 审发。构建：docker build -t shenfa .
# 试用：docker run --rm -p 8080:8080 shenfa demo --addr 0.0.0.0:8080
# 运行：docker run -d -p 8080:8080 -v shenfa-data:/data shenfa

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=docker
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/shenfa . \
    && mkdir -p /out/root/data /out/root/tmp && chmod 700 /out/root/data && chmod 1777 /out/root/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /out/root/ /
COPY --from=build /out/shenfa /shenfa
USER 65532:65532
WORKDIR /data
VOLUME /data
ENV TZ=Asia/Shanghai \
    SHENFA_SERVER_ADDR=0.0.0.0:8080 \
    SHENFA_DATABASE_DSN=sqlite:///data/shenfa.db \
    SHENFA_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["/shenfa", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/shenfa"]
CMD ["serve"]
