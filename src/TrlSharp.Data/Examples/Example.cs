using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>What a row means to a training method: one of the sealed records of this folder.</summary>
/// <param name="Origin">The row, named in every later message.</param>
public abstract record Example(RowOrigin Origin);
