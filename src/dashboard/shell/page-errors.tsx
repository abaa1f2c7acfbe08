/** Catches what a page throws while it is drawn, says so, and offers a way on. */
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Problem } from '../kit/problem.tsx';

export class PageErrors extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override readonly state = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <div className="zw-page">
        <h1>This page failed</h1>
        <Problem error={this.state.error} />
        <div className="row">
          <Button onClick={() => location.reload()}>Reload</Button>
          <Button variant="default" onClick={() => location.assign('/')}>
            To the first page
          </Button>
        </div>
      </div>
    );
  }
}
