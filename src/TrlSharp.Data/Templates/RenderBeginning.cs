using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates;

/// <summary>
/// Where a render was when only the template's <see cref="Jinja.Statements.Ending"/> was left. Under other variables of which nothing had been asked by
/// then, a render of the same conversation comes to the same place.
/// </summary>
/// <param name="Request">What was rendered.</param>
/// <param name="State">How it stands; the ending has changed none of its variables.</param>
/// <param name="Place">Where it was.</param>
/// <param name="Reads">What had been asked for by then.</param>
/// <param name="Written">How much had been written.</param>
/// <param name="Rendered">The text and more.</param>
internal sealed record RenderBeginning(
    RenderRequest Request, RenderState State, RenderState.Mark Place, ContextReads Reads, TextBuilder.Mark Written, RenderedConversation Rendered)
{
    private static readonly RowValue None = RowValue.MapOf();

    /// <summary>Whether another render comes to the same place.</summary>
    public bool IsOf(RenderRequest request, IReadOnlyList<string> names) =>
        ReferenceEquals(Reads.Names, names) && request.Prepared is { } prepared && ReferenceEquals(prepared, Request.Prepared)
        && request.Messages.Count == Request.Messages.Count && ReferenceEquals(request.Documents, Request.Documents)
        && request.AddGenerationPrompt == Request.AddGenerationPrompt && request.Now == Request.Now
        && Reads.AreSameUnder(request.Kwargs ?? None, Request.Kwargs ?? None);
}
