import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { SafetyNet } from './parts/safety-net.js';

const root = document.getElementById('page');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <SafetyNet>
        <App />
      </SafetyNet>
    </StrictMode>,
  );
}
