namespace TrlSharp.Examples;

/// <summary>What one row became.</summary>
/// <param name="Format">The reading that was chosen.</param>
/// <param name="Examples">Usually one; ranked answers make several pairs.</param>
public sealed record RowExamples(RowFormat Format, IReadOnlyList<Example> Examples);
