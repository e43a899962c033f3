import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./index.css";
import { Providers } from "./app/Providers";
import { applyAppearance } from "./app/appearance";
import { startI18n } from "./i18n";

applyAppearance();
await startI18n();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Providers />
  </StrictMode>,
);
