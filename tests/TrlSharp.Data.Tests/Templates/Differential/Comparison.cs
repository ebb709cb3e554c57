using System.Globalization;
using System.Text;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>Ours beside Jinja2's answers.</summary>
internal sealed class Comparison
{
    public int Compared { get; private set; }

    /// <summary>Answers of ours that refuse by name what Jinja2 renders.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    public List<(string Template, string Theirs, string Ours)> Differences { get; } = [];

    /// <summary>Renders a request here and compares.</summary>
    public void Add(PythonJinja.Request request, RowValue context, PythonJinja.Answer answer)
    {
        Compared++;
        if (answer.Limit is not null) return; // Python's own limits of depth, memory and time are not Jinja2's language.
        string ours;
        try
        {
            ours = Render(request, context);
            if (answer.Text == ours) return;
        }
        catch (TemplateException e)
        {
            if (answer.Text is null) return;
            if (e.Reason == TemplateFault.Unsupported)
            {
                Refused[e.Message] = Refused.GetValueOrDefault(e.Message) + 1;
                return;
            }

            ours = $"error: {e.Message}";
        }

        Differences.Add((request.Template, answer.Text ?? $"error: {answer.Error}", ours));
    }

    public override string ToString()
    {
        const int Shown = 10;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Differences.Count} of {Compared} programs differ; the first:");
        foreach (var (template, theirs, ours) in Differences.Take(Shown)) text.Append(CultureInfo.InvariantCulture, $"\n\n{template}\ntheirs: {theirs}\nours:   {ours}");
        return text.ToString();
    }

    private static string Render(PythonJinja.Request request, RowValue context) => ChatTemplate.Parse(request.Template).Render(new RenderRequest
    {
        Messages = context.Find("messages")?.Items ?? [],
        Tools = Given(context, "tools"),
        Documents = Given(context, "documents"),
        AddGenerationPrompt = context.Find("add_generation_prompt") is { Kind: RowValueKind.Boolean, Boolean: true },
        Kwargs = RowValue.Map([.. context.Fields.Where(f => f.Key is not ("messages" or "tools" or "documents" or "add_generation_prompt"))]),
        Now = DateTime.Parse(request.Now, CultureInfo.InvariantCulture),
    }).Text;

    private static RowValue? Given(RowValue context, string name) => context.Find(name) is { IsNull: false } value ? value : null;
}
