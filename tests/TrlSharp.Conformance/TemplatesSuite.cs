using System.Globalization;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Conformance;

/// <summary>Chat templates against Jinja2: real templates over all conversations, hand-written cases, generated programs.</summary>
public static class TemplatesSuite
{
    private static readonly string[] ProgramFiles = ["micro.json", "fuzz.json"];
    private static readonly string[] RequestKeys = ["messages", "tools", "documents", "add_generation_prompt", "now", "bos_token", "eos_token", "pad_token", "unk_token"];

    public static IEnumerable<CaseResult> Run(string folder)
    {
        foreach (var result in Real(folder)) yield return result;
        foreach (var file in ProgramFiles.Select(f => Path.Combine(folder, f)).Where(File.Exists))
            foreach (var result in Programs(file)) yield return result;
    }

    private static IEnumerable<CaseResult> Real(string folder)
    {
        var expectedFile = Path.Combine(folder, "expected.json");
        if (!File.Exists(expectedFile)) yield break;
        var cases = Read(Path.Combine(folder, "cases.json"));
        foreach (var (template, byCase) in Read(expectedFile).Fields)
        {
            var source = File.ReadAllText(Path.Combine(folder, template));
            foreach (var (name, expected) in byCase.Fields)
                yield return Compare($"{template}/{name}", expected, () => Render(source, cases.Find(name)!, cases.Find(name)!.Find("now") ?? cases.Find("now")));
        }
    }

    private static IEnumerable<CaseResult> Programs(string file)
    {
        var programs = Read(file);
        var context = programs.Find("ctx")!;
        var number = 0;
        foreach (var program in programs.Find("cases")!.Items)
            yield return Compare($"{Path.GetFileNameWithoutExtension(file)}[{number++}]", program, () => Render(program.Find("t")!.Text, context, programs.Find("now")));
    }

    private static RenderedConversation Render(string source, RowValue variables, RowValue? now)
    {
        var tokens = variables.Fields.Where(f => f.Key.EndsWith("_token", StringComparison.Ordinal) && f.Value.Kind == RowValueKind.String).ToDictionary(f => f.Key, f => f.Value.Text);
        var kwargs = variables.Fields.Where(f => !RequestKeys.Contains(f.Key)).ToList();
        return ChatTemplate.Parse(source, specialTokens: tokens).Render(new RenderRequest
        {
            Messages = variables.Find("messages") is { Kind: RowValueKind.List } messages ? messages.Items : [],
            Tools = Given(variables, "tools"),
            Documents = Given(variables, "documents"),
            AddGenerationPrompt = variables.Find("add_generation_prompt") is { Kind: RowValueKind.Boolean, Boolean: true },
            Kwargs = RowValue.Map(kwargs),
            Now = DateTime.Parse(now?.Text ?? "2025-07-09T13:05:07", CultureInfo.InvariantCulture),
        });
    }

    private static RowValue? Given(RowValue variables, string name) => variables.Find(name) is { IsNull: false } value ? value : null;

    private static CaseResult Compare(string name, RowValue expected, Func<RenderedConversation> render)
    {
        var error = expected.Find("err") ?? expected.Find("error");
        try
        {
            var rendered = render();
            if (error is not null) return CaseResult.Fail(name, $"Jinja2 fails ({error}), ours gives \"{Excerpt(rendered.Text, 0)}\"");
            var text = expected.Find("out")!.Text;
            if (rendered.Text != text) return CaseResult.Fail(name, Difference(text, rendered.Text));
            return Tiling(rendered) is { } fault ? CaseResult.Fail(name, fault) : CaseResult.Pass(name);
        }
        catch (TemplateException e)
        {
            if (error is not null) return CaseResult.Pass(name);
            return e.Reason == TemplateFault.Unsupported ? CaseResult.Refuse(name, e.Message) : CaseResult.Fail(name, $"ours fails: {e.Message}");
        }
    }

    private static string? Tiling(RenderedConversation rendered)
    {
        var at = 0;
        foreach (var span in rendered.Spans)
        {
            if (span.Start != at || span.End <= span.Start) return $"the spans do not tile the text at {at}";
            at = span.End;
        }

        return at == rendered.Text.Length ? null : $"the spans end at {at}, the text at {rendered.Text.Length}";
    }

    private static string Difference(string expected, string actual)
    {
        var at = expected.AsSpan().CommonPrefixLength(actual);
        return $"first difference at {at}: expected \"{Excerpt(expected, at)}\", got \"{Excerpt(actual, at)}\"";
    }

    private static string Excerpt(string text, int at)
    {
        const int Before = 20, Length = 60;
        var start = Math.Max(0, at - Before);
        return text.Substring(start, Math.Min(Length, text.Length - start)).Replace("\n", "\\n", StringComparison.Ordinal);
    }

    private static RowValue Read(string path) => RowValue.Parse(File.ReadAllBytes(path));
}
