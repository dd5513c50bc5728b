export { LearningRateSchedule } from "./learning-rate-schedule.ts";
