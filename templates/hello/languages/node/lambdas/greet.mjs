// The function `greet`: a file in lambdas/ is a function, and Lambda calls its `handler`.
//
// What comes in is the state's input, and what is returned is its result: any JSON value.

export const handler = async ({ name = "World" }) => `Hello, ${name}!`;
