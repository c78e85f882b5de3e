package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"shenfa/models"
)

// metrics counts what the server does. Labels come from the program (routes,
// states), never from a draft.
type metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	screenings *prometheus.CounterVec
	waiters    prometheus.Gauge
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shenfa_http_requests_total",
			Help: "Requests answered."}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "shenfa_http_request_duration_seconds",
			Help:    "Time from the first byte of a request to the last of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 30}}, []string{"method", "route"}),
		screenings: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shenfa_screenings_total",
			Help: "Screenings asked for over HTTP, by outcome."}, []string{"outcome"}),
		waiters: prometheus.NewGauge(prometheus.GaugeOpts{Name: "shenfa_feed_waiters",
			Help: "Integrations that wait for the next release."}),
	}
	registry.MustRegister(m.requests, m.durations, m.screenings, m.waiters, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(method, route string, status int, took time.Duration) {
	if !knownMethods[method] {
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(method, route).Observe(took.Seconds())
}

func (m *metrics) screened(report *models.Report) {
	if report != nil {
		m.screenings.WithLabelValues(string(report.Outcome)).Inc()
	}
}

// knownMethods keeps a caller from making as many series as it likes.
var knownMethods = map[string]bool{http.MethodGet: true, http.MethodHead: true, http.MethodPost: true,
	http.MethodPut: true, http.MethodDelete: true, http.MethodPatch: true, http.MethodOptions: true}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}
