import { lazy } from 'react';
import { Navigate, Route, Routes, useParams } from 'react-router';
import { NotFoundPage } from './pages/not-found/NotFoundPage.js';
import { loadTracePage } from './pages/trace/load-trace-page.js';
import { AppShell } from './shared/AppShell.js';
import { loadCode } from './shared/load-code.js';

const SearchPage = lazy(loadCode(() => import('./pages/search/SearchPage.js')));
const TracePage = lazy(loadCode(loadTracePage));
const ComparePage = lazy(loadCode(() => import('./pages/compare/ComparePage.js')));
const LogsPage = lazy(loadCode(() => import('./pages/logs/LogsPage.js')));
const MetricsPage = lazy(loadCode(() => import('./pages/metrics/MetricsPage.js')));
const AlertsPage = lazy(loadCode(() => import('./pages/alerts/AlertsPage.js')));
const ServicesPage = lazy(loadCode(() => import('./pages/services/ServicesPage.js')));
const DependenciesPage = lazy(loadCode(() => import('./pages/dependencies/DependenciesPage.js')));

/** Jaeger writes two traces into the place of one: `<a>...<b>`. */
const TraceOrComparison = () => {
  const { traceId = '' } = useParams();
  return traceId.includes('...') ? <ComparePage /> : <TracePage />;
};

/** The addresses are those of Jaeger's UI, so that links made for it open here. */
export const AppRoutes = () => (
  <Routes>
    <Route element={<AppShell preloadTracePage={loadTracePage} />}>
      <Route index element={<Navigate to="/search" replace />} />
      <Route path="/search" element={<SearchPage />} />
      <Route path="/trace/:traceId" element={<TraceOrComparison />} />
      <Route path="/logs" element={<LogsPage />} />
      <Route path="/metrics" element={<MetricsPage />} />
      <Route path="/alerts" element={<AlertsPage />} />
      <Route path="/monitor" element={<ServicesPage />} />
      <Route path="/dependencies" element={<DependenciesPage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Route>
  </Routes>
);
