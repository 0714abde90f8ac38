import { configure } from '@testing-library/dom';

// By itself it waits for one second, which a machine that has much to do may need for a request.
configure({ asyncUtilTimeout: 40_000 });
