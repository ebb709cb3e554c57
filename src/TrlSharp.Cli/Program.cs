Console.WriteLine("trlsharp");
