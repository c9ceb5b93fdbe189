import { formFaults, forms } from "../../forms/en.ts";
import { automation } from "./automation.ts";
import { begin } from "./begin.ts";
import { business } from "./business.ts";
import { faults } from "./faults.ts";
import { people } from "./people.ts";
import { routing } from "./routing.ts";
import { speech } from "./speech.ts";
import { shared } from "./shared.ts";
import { sounds } from "./sounds.ts";
import { telegram } from "./telegram.ts";
import { waiting } from "./waiting.ts";

export const en = {
  ...shared,
  ...speech,
  ...people,
  ...routing,
  ...begin,
  ...business,
  ...automation,
  ...faults,
  ...formFaults,
  ...forms,
  ...sounds,
  ...telegram,
  ...waiting,
};
