namespace TrlSharp.Conversations;

/// <summary>A range of one string field of a message with its own weight (<c>train_detail</c>, or the flag of one content part).</summary>
/// <param name="Field">The path below the message: <c>content</c>, <c>reasoning_content</c>, <c>tool_calls[0].function.arguments</c>.</param>
/// <param name="Start">First UTF-16 unit of the field's text.</param>
/// <param name="End">One past the last.</param>
/// <param name="Weight">Weight of these characters.</param>
public readonly record struct TrainedRange(string Field, int Start, int End, float Weight);
