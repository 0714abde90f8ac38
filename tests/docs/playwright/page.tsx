import { createRoot } from 'react-dom/client';
import { Badge } from '../../../examples/testing/react/badge.tsx';

createRoot(document.body).render(<Badge />);
