using TrlSharp.Rows;

namespace TrlSharp.Templates;

/// <summary>How much a template is given to read: budgets grow with it.</summary>
/// <param name="Messages">Number of messages.</param>
/// <param name="Characters">Of all texts and keys; other values count as one.</param>
internal readonly record struct InputSize(long Messages, long Characters)
{
    public static InputSize Of(RenderRequest request) =>
        new(request.Messages.Count, request.Messages.Append(request.Tools).Append(request.Documents).Append(request.Kwargs).Sum(Count));

    private static long Count(RowValue? value) => value?.Kind switch
    {
        RowValueKind.String => value.Text.Length,
        RowValueKind.List => value.Items.Sum(Count),
        RowValueKind.Map => value.Fields.Sum(f => f.Key.Length + Count(f.Value)),
        _ => 1,
    };
}
