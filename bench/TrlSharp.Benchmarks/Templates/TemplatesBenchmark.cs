using System.Diagnostics;
using System.Globalization;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Benchmarks.Templates;

/// <summary>
/// <c>templates TEMPLATE_FOLDER [PYTHON [FAMILY]]</c>: conversations per second and core, rendered with provenance, of a ChatML-like, a Qwen3-like and a
/// gpt-oss-like template over 8-turn conversations; the same in Python's Jinja2 (its compiled template, no provenance) where an interpreter with
/// jinja2 is given; and how time and memory grow with one long message and with many turns. The clock is processor time on both sides, and both report the
/// best of many short slices, since other programs on the machine slow them down unevenly.
/// </summary>
internal static class TemplatesBenchmark
{
    private const double Seconds = 4, Slice = 0.005;
    private static readonly (string Name, string File)[] Families =
        [("chatml", "chat_templates__chatml.jinja"), ("qwen3", "trl__qwen3_instruct_2507.jinja"), ("qwen3 thinking", "unsloth__qwen3_template.jinja"), ("gpt-oss", "gpt-oss-ckpt__chat_template.jinja")];

    public static int Run(string[] arguments)
    {
        if (arguments.Length is < 1 or > 3)
        {
            Console.Error.WriteLine("usage: templates TEMPLATE_FOLDER [PYTHON [FAMILY]]   e.g. ../shared/conformance/templates /usr/bin/python3");
            return 2;
        }

        foreach (var (name, file) in Families.Where(f => arguments.Length < 3 || f.Name == arguments[2]))
        {
            var source = File.ReadAllText(Path.Combine(arguments[0], file));
            var ours = Ours(source, Conversation(turns: 8, letters: 200));
            var line = string.Create(CultureInfo.InvariantCulture, $"{name,-15} {ours,10:N0} conversations/s per core");
            if (arguments.Length > 1 && Theirs(arguments[1], source, Conversation(turns: 8, letters: 200)) is { } theirs)
                line += string.Create(CultureInfo.InvariantCulture, $"   Jinja2 {theirs,8:N0}   ratio {ours / theirs,5:F1}");
            Console.WriteLine(line);
            foreach (var (what, small, large) in new[] { ("message of 1 MB", Conversation(8, 125_000 / 8), Conversation(8, 1_000_000 / 8)), ("chat of 300 turns", Conversation(38, 200), Conversation(304, 200)) })
                Console.WriteLine($"  {what}: {Growth(source, small, large)}");
        }

        return 0;
    }

    /// <summary>User and assistant in turn, a system message first.</summary>
    private static RowValue Conversation(int turns, int letters)
    {
        var messages = new List<RowValue> { Message("system", "You are helpful.") };
        for (var i = 0; i < turns; i++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"Turn {i}: ") + string.Concat(Enumerable.Repeat("words of an ordinary length, ", (letters / 29) + 1));
            messages.Add(Message(i % 2 == 0 ? "user" : "assistant", text[..Math.Min(text.Length, letters)]));
        }

        return RowValue.List(messages);
    }

    private static RowValue Message(string role, string content) => RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content)));

    private static RenderRequest Request(RowValue messages) => new() { Messages = messages.Items, Now = new DateTime(2025, 7, 9, 0, 0, 0, DateTimeKind.Unspecified) };

    private static double Ours(string source, RowValue messages)
    {
        var template = ChatTemplate.Parse(source, specialTokens: new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" });
        var request = Request(messages);
        var (best, start) = (0.0, Environment.CpuUsage.TotalTime);
        while (Environment.CpuUsage.TotalTime - start < TimeSpan.FromSeconds(Seconds))
        {
            var (renders, begin, spent) = (0, Environment.CpuUsage.TotalTime, 0.0);
            for (; spent < Slice; spent = (Environment.CpuUsage.TotalTime - begin).TotalSeconds)
                for (var i = 0; i < 200; i++, renders++) template.Render(request); // asking for the time costs as much as two renders
            best = Math.Max(best, renders / spent);
        }

        return best;
    }

    /// <summary>Renders per second of Jinja2's compiled template.</summary>
    private static double? Theirs(string python, string source, RowValue messages)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "reference.py");
        using var process = Process.Start(new ProcessStartInfo(python, [script, "measure"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var context = RowValue.MapOf(("messages", messages), ("add_generation_prompt", RowValue.False), ("tools", RowValue.Null), ("documents", RowValue.Null), ("bos_token", RowValue.Of("<s>")), ("eos_token", RowValue.Of("</s>")));
        process.StandardInput.WriteLine(RowValue.List(context).ToString());
        process.StandardInput.WriteLine(RowValue.MapOf(("t", RowValue.Of(source)), ("c", RowValue.Of(System.Numerics.BigInteger.Zero)), ("seconds", RowValue.Of(Seconds)), ("slice", RowValue.Of(Slice))).ToString());
        process.StandardInput.Close();
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 || answer.Length == 0) return null;
        return RowValue.Parse(answer).Find("rate")!.Real;
    }

    /// <summary>Time and allocation of a conversation eight times as large, as factors.</summary>
    private static string Growth(string source, RowValue small, RowValue large)
    {
        var template = ChatTemplate.Parse(source);
        var ((smallTime, smallBytes), (largeTime, largeBytes)) = (Cost(template, small), Cost(template, large));
        return string.Create(CultureInfo.InvariantCulture, $"8x the input costs {largeTime / smallTime:F1}x the time, {(double)largeBytes / smallBytes:F1}x the memory ({largeTime * 1e3:F1} ms, {largeBytes / 1e6:F1} MB allocated)");
    }

    private static (double Seconds, long Bytes) Cost(ChatTemplate template, RowValue messages)
    {
        var request = Request(messages);
        var (best, bytes) = (double.MaxValue, 0L);
        for (var i = 0; i < 7; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            template.Render(request);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (best, bytes);
    }
}
