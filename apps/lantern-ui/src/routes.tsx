import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { NotFoundPage } from './pages/not-found/NotFoundPage.js';
import { AppShell } from './shared/AppShell.js';

const SearchPage = lazy(() => import('./pages/search/SearchPage.js'));
const TracePage = lazy(() => import('./pages/trace/TracePage.js'));
const LogsPage = lazy(() => import('./pages/logs/LogsPage.js'));
const DependenciesPage = lazy(() => import('./pages/dependencies/DependenciesPage.js'));

/** The addresses are those of Jaeger's UI, so that links made for it open here. */
export const AppRoutes = () => (
  <Routes>
    <Route element={<AppShell />}>
      <Route index element={<Navigate to="/search" replace />} />
      <Route path="/search" element={<SearchPage />} />
      <Route path="/trace/:traceId" element={<TracePage />} />
      <Route path="/logs" element={<LogsPage />} />
      <Route path="/dependencies" element={<DependenciesPage />} />
      <Route path="*" element={<NotFoundPage />} />
    </Route>
  </Routes>
);
