import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { CodeLoadFailed } from './CodeLoadFailed.js';
import { CodeLoadError } from './load-code.js';
import { Notice } from './Notice.js';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** Key that resets the error when it changes, after a navigation. */
  readonly resetKey: string;
}

interface ErrorBoundaryState {
  readonly error: unknown;
  readonly resetKey: string;
}

/** Shows an error for a page that fails to render or whose code cannot be loaded. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { error };
  }

  static getDerivedStateFromProps(
    { resetKey }: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): ErrorBoundaryState | null {
    return resetKey === state.resetKey ? null : { error: undefined, resetKey };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    if (error instanceof CodeLoadError) return <CodeLoadFailed />;
    return (
      <Notice title="This page could not be shown" tone="error" isPage>
        <p>{error instanceof Error ? error.message : 'The page failed without an error message.'}</p>
        <p>Lantern may have been updated. Reload the page.</p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </Notice>
    );
  }
}
